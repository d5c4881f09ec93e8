package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// compare fails unless a sheet holds the same rows in two databases; it names
// the first row that differs, is missing or is too many.
func (s sheet) compare(ctx context.Context, a, b querier, bPostgres bool) (n int64, err error) {
	left, err := s.read(ctx, a, true, false)
	if err != nil {
		return 0, err
	}
	defer left.close()
	right, err := s.read(ctx, b, true, bPostgres)
	if err != nil {
		return 0, err
	}
	defer right.close()
	for {
		more, also := left.Next(), right.Next()
		if err := errors.Join(left.Err(), right.Err()); err != nil {
			return n, fmt.Errorf("compare %s: %w", s.name, err)
		}
		if !more && !also {
			return n, nil
		}
		switch order := s.orderOf(left.values, right.values); {
		case !also || (more && order < 0):
			return n, fmt.Errorf("the copy of %s lacks the row %s", s.name, left.name())
		case !more || order > 0:
			return n, fmt.Errorf("the copy of %s has a row too many: %s", s.name, right.name())
		}
		if c, same := s.same(left.values, right.values); !same {
			return n, fmt.Errorf("the copy of %s differs in %s of the row %s", s.name, c, left.name())
		}
		n++
	}
}

// orderOf says which of two rows comes first: below 0 it is a, above 0 it is b.
func (s sheet) orderOf(a, b []any) int {
	for _, i := range s.keys() {
		order := 0
		switch x := a[i].(type) {
		case string:
			y, _ := b[i].(string)
			order = cmp.Compare(x, y)
		case int64:
			y, _ := b[i].(int64)
			order = cmp.Compare(x, y)
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

// same returns the first column in which two rows differ.
func (s sheet) same(a, b []any) (string, bool) {
	for i, c := range s.columns {
		if !c.same(a[i], b[i]) {
			return c.name, false
		}
	}
	return "", true
}

func (c column) same(a, b any) bool {
	x, ok := a.([]byte)
	if !ok {
		return a == b
	}
	y, ok := b.([]byte)
	if !ok {
		return false
	}
	if bytes.Equal(x, y) {
		return true
	}
	return c.kind == "JSONB" && sameJSON(x, y)
}

// sameJSON says whether two documents say the same: in whatever order, with
// whatever space, and with numbers of any length compared digit by digit.
func sameJSON(a, b []byte) bool {
	x, errX := decodeJSON(a)
	y, errY := decodeJSON(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func decodeJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the document")
	}
	return plainNumbers(v), nil
}

// plainNumbers writes all numbers in a document in one form.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return plainNumber(v.String())
	case map[string]any:
		for k, one := range v {
			v[k] = plainNumbers(one)
		}
	case []any:
		for i, one := range v {
			v[i] = plainNumbers(one)
		}
	}
	return v
}

// number is sign, digits without zeros at either end, and a power of ten.
type number struct {
	minus  bool
	digits string
	power  int
}

// plainNumber returns what a number of JSON says: 1e2, 100 and 100.0 are one.
func plainNumber(text string) number {
	text, minus := strings.CutPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	power, _ := strconv.Atoi(cmp.Or(exponent, "0"))
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+part, "0")
	power -= len(part)
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return number{}
	}
	return number{minus, short, power + len(digits) - len(short)}
}
