package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"whorl/scan"
)

// resolveTimeout bounds one look-up of a name.
const resolveTimeout = 5 * time.Second

func resolver(ctx context.Context) scan.Resolve {
	return func(name string) ([]netip.Addr, error) {
		ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
		defer cancel()
		return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	}
}

// lookup counts names that have addresses of both versions of IP.
type lookup struct {
	resolve scan.Resolve
	first   string
	dual    int
}

// note looks a name up and counts it.
func (l *lookup) note(name string) ([]netip.Addr, error) {
	addrs, err := l.resolve(name)
	is4 := func(a netip.Addr) bool { return a.Unmap().Is4() }
	if slices.ContainsFunc(addrs, is4) && slices.ContainsFunc(addrs, func(a netip.Addr) bool { return !is4(a) }) {
		if l.dual++; l.dual == 1 {
			l.first = name
		}
	}
	return addrs, err
}

// tell says how to take both.
func (l *lookup) tell(people io.Writer) {
	switch l.dual {
	case 0:
	case 1:
		fmt.Fprintf(people, "whorl: %s has an IPv6 address too; -4 -6 takes both, -6 that alone\n", l.first)
	default:
		fmt.Fprintf(people, "whorl: %d names have IPv6 addresses too, the first is %s; -4 -6 takes both, -6 those alone\n", l.dual, l.first)
	}
}

// family says which addresses of names the flags take.
func (o *scanOptions) family() scan.Family {
	switch {
	case o.four && o.six:
		return scan.BothVersions
	case o.four:
		return scan.IPv4Only
	case o.six:
		return scan.IPv6Only
	}
	return 0
}

// reverse looks the names of an address up, briefly.
func reverse(ctx context.Context, addr netip.Addr) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupAddr(ctx, addr.String())
	if err != nil {
		return nil
	}
	for _, n := range found {
		names = append(names, strings.TrimSuffix(n, "."))
	}
	return names
}
