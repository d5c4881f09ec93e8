package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// listenProblem says what is wrong with an address to listen on, or "".
func listenProblem(text string) string {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Sprintf("%q is not an address to listen on; write one like :8080 or 127.0.0.1:8080", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Sprintf("%q is not a port; write a number from 0 (any free port) to 65535", port)
	}
	return ""
}

// databaseProblem never repeats the URL: it holds a password.
func databaseProblem(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || strings.Trim(u.Path, "/") == "" {
		return "this is not the address of a PostgreSQL database; write it like postgres://user:password@host:5432/firehall, with characters like / # ? @ in the password as %2F %23 %3F %40, or leave it empty for SQLite"
	}
	return ""
}

// minToken is the fewest characters of a bootstrap token: it has the rights of
// an owner.
const minToken = 16

func tokenProblem(text string) string {
	if text == "" {
		return ""
	}
	if len(text) < minToken || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "a token has at least 16 characters, none of them a space; make one with: openssl rand -hex 32"
	}
	return ""
}

// publicURL returns the address without a slash at its end.
func publicURL(text string) (clean, why string) {
	if text == "" {
		return "", ""
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "":
		return "", fmt.Sprintf("%q is not the address of a web server; write one like https://firehall.example.com", text)
	case u.User != nil:
		return "", "leave out the name and password before the @"
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Sprintf("Firehall needs a host of its own; write only %s://%s", u.Scheme, u.Host)
	}
	return u.Scheme + "://" + u.Host, ""
}

// prefixes reads networks and addresses, apart by commas or spaces.
func prefixes(text string) (list []netip.Prefix, why string) {
	for _, word := range words(text) {
		if addr, err := netip.ParseAddr(word); err == nil {
			list = append(list, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(word)
		if err != nil {
			return nil, fmt.Sprintf("%q is not a network; write networks like 10.0.0.0/8 or addresses like 192.168.1.7, with commas between them", word)
		}
		list = append(list, p.Masked())
	}
	return list, ""
}

// logging reads words like "json,debug" in any order.
func logging(text string) (out Log, why string) {
	for _, word := range words(text) {
		switch word {
		case "text":
			out.JSON = false
		case "json":
			out.JSON = true
		case "debug":
			out.Level = slog.LevelDebug
		case "info":
			out.Level = slog.LevelInfo
		case "warn":
			out.Level = slog.LevelWarn
		case "error":
			out.Level = slog.LevelError
		default:
			return Log{}, fmt.Sprintf("%q is none of text, json, debug, info, warn and error; write for example json,debug", word)
		}
	}
	return out, ""
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}
