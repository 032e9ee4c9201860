//go:build !linux

package main

import (
	"context"
	"net/netip"
)

func neighbours(context.Context, string) ([]netip.Addr, error) {
	return nil, onlyOnLinux("scanning", "whorl explain and whorl demo work here")
}
