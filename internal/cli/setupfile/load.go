package setupfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Load returns the texts of files, and of the *.yaml and *.yml files of
// folders in the order of their names; "-" is stdin.
func Load(paths []string, stdin io.Reader) ([]Source, error) {
	var out []Source
	for _, path := range paths {
		if path == "-" {
			s, err := limited("standard input", stdin)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
			continue
		}
		files, err := filesOf(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			s, err := load(file)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// filesOf returns path itself when it is a file, else its setup files.
func filesOf(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w; name a setup file, or a folder with *.yaml files", path, reason(err))
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, reason(err))
	}
	var out []string
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && (ext == ".yaml" || ext == ".yml") {
			out = append(out, filepath.Join(path, e.Name()))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there are no *.yaml files in the folder %s", path)
	}
	return out, nil
}

func load(path string) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return Source{}, fmt.Errorf("%s cannot be read: %w", path, reason(err))
	}
	defer func() { _ = f.Close() }()
	return limited(path, f)
}

func limited(name string, from io.Reader) (Source, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxBytes+1))
	if err != nil {
		return Source{}, fmt.Errorf("%s cannot be read: %w", name, reason(err))
	}
	if len(text) > maxBytes {
		return Source{}, fmt.Errorf("%s is larger than %d MiB: no setup is", name, maxBytes>>20)
	}
	return Source{Name: name, Text: text}, nil
}

// reason returns what the system says, without the path that it repeats.
func reason(err error) error {
	if p, ok := err.(*os.PathError); ok {
		return p.Err
	}
	return err
}
