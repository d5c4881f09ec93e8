package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// Backup is a backup that the server has sent.
type Backup struct {
	Name  string // that the server gave it, with the time in it
	Bytes int64
	Rows  int64
}

// Backup has the server take a backup and writes it to what open returns for
// its name. It fails when it does not arrive whole.
func (c *Client) Backup(ctx context.Context, open func(name string) (io.Writer, error)) (Backup, error) {
	request, err := c.request(ctx, http.MethodPost, "/backup", nil)
	if err != nil {
		return Backup{}, err
	}
	patient := http.Client{Transport: c.http.Transport, CheckRedirect: stay} // it takes as long as it takes
	response, err := patient.Do(request)
	if err != nil {
		return Backup{}, c.unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		return Backup{}, c.refused(response, body)
	}
	out := Backup{Name: nameOf(response)}
	into, err := open(out.Name)
	if err != nil {
		return Backup{}, err
	}
	sum := sha256.New()
	out.Bytes, err = io.Copy(io.MultiWriter(into, sum), response.Body)
	if err != nil {
		return Backup{}, fmt.Errorf("the backup of %s broke off: %w", c.base, err)
	}
	if want := "sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"; response.Header.Get("Repr-Digest") != want {
		return Backup{}, errors.New("the backup changed on its way; try again")
	}
	out.Rows, _ = strconv.ParseInt(response.Header.Get("Firehall-Rows"), 10, 64)
	return out, nil
}

func nameOf(r *http.Response) string {
	_, words, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
	if err != nil || words["filename"] == "" {
		return "firehall.db"
	}
	return words["filename"]
}

// Resumed is what a resume has let go.
type Resumed struct {
	Alerts int `json:"alerts"`
}

// Resume lets the alerts go that are held since a restore.
func (c *Client) Resume(ctx context.Context) (Answer[Resumed], error) {
	return call[Resumed](ctx, c, http.MethodPost, "/resume", nil)
}
