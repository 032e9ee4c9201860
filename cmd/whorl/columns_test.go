package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestColumns(t *testing.T) {
	var b strings.Builder
	err := columns(&b, func(w io.Writer) { fmt.Fprint(w, "one\ttwo\t\nfour\t\t\nlonger\tt\tthird\n") })
	if want := "one     two\nfour\nlonger  t    third\n"; err != nil || b.String() != want {
		t.Errorf("%q, %v; want %q", b.String(), err, want)
	}
}
