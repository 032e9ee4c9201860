//go:build !linux

package main

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
)

func neighbours(context.Context, string) ([]netip.Addr, error) {
	return nil, partial(fmt.Errorf("scanning is not implemented on %s", runtime.GOOS), "whorl explain and whorl demo work here")
}
