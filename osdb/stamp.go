package osdb

import (
	"fmt"
	"os"
	"slices"
)

// Stamp is a text that differs after the files that Load reads have changed: their
// names, sizes and times. It costs a few system calls, so that a program that runs
// on can ask it often, and Load again when it has changed.
func (c Config) Stamp() string {
	files := slices.Concat(c.Places.Nmap, c.Files)
	if c.Passive {
		files = append(files, c.Places.P0f...)
	}
	if c.Places.User != "" {
		user, _ := userFiles(c.Places.User) // a folder that cannot be read has no files
		files = append(files, user...)
	}
	var b []byte
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			b = fmt.Appendf(b, "%s %d %d\n", file, info.Size(), info.ModTime().UnixNano())
		}
	}
	return string(b)
}
