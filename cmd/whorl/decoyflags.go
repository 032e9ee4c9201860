package main

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/spf13/cobra"

	"whorl/decoy"
)

// decoyOptions are the flags of whorl decoy.
type decoyOptions struct {
	as, addrs, also        []string
	open, closed, filtered string
	services               []string
	mac                    string
	delay, jitter          period
	loss                   float64
	hops                   int
	iface, tun, tap        string
	gateways               []string
	key                    string
	peerRate, rate         rate
	only                   []string
	keep, ahead            int
	length                 period
	dryRun                 bool
	json, eve              string
	logPayload             bool
	record                 string
	recordSize             int
}

// flags gives the command its flags, in the parts that the help shows.
func (o *decoyOptions) flags(c *cobra.Command) {
	who, how, link, limit, out := newPart("Decoys"), newPart("Behaviour"), newPart("Link"), newPart("Limits"), newPart("Outputs")
	f := who.flags
	f.StringArrayVar(&o.as, "as", nil, "answer as the record `NAME`; of several, each address one")
	f.StringArrayVar(&o.addrs, "addr", nil, "`ADDRESSES`: 192.0.2.7-9, 192.0.2.0/28, 2001:db8::/64*20")
	f.StringArrayVar(&o.also, "also", nil, "`ADDRESSES` of these hosts over the other version of IP")
	f.StringVar(&o.key, "key", "", "secret `TEXT` behind all choices; else this machine's")
	f.BoolVar(&o.dryRun, "dry-run", false, "only print what would answer")
	f = how.flags
	f.StringVar(&o.open, "open", "", "open TCP `PORTS`: 22,80,8000-8010")
	f.StringVar(&o.closed, "closed", "", "closed TCP `PORTS`; all others are filtered then")
	f.StringVar(&o.filtered, "filtered", "", "filtered TCP `PORTS`")
	f.StringSliceVar(&o.services, "service", nil, "services `NAMES`: ssh,http:8080, or 22=127.0.0.1:2222")
	f.StringVar(&o.mac, "mac", "", "hardware `ADDRESS`, maker (cisco), \"own\" or \"random\"")
	f.Var(&o.delay, "delay", "`TIME` from a packet to its answer: 2ms")
	f.Var(&o.jitter, "jitter", "a packet takes up to `TIME` longer, each way")
	f.Float64Var(&o.loss, "loss", 0, "probability `P` that a packet is lost, each way")
	f.IntVar(&o.hops, "hops", 0, "seem to be behind `N` routers")
	f = link.flags
	f.StringVarP(&o.iface, "interface", "i", "", "answer on the Ethernet interface `NAME`")
	f.StringVar(&o.tun, "tun", "", "answer on the TUN interface `NAME`, made if need be")
	f.StringVar(&o.tap, "tap", "", "answer on the TAP interface `NAME`, made if need be")
	f.StringArrayVar(&o.gateways, "gateway", nil, "with -i: the addresses are routed to `ADDRESS`, ours too")
	f = limit.flags
	f.Var(&o.peerRate, "peer-rate", "packets a second to a peer; 0 is no limit; else 200")
	f.Var(&o.rate, "rate", "packets a second in all; 0 is no limit; else 2000")
	f.StringArrayVar(&o.only, "only", nil, "answer only peers in `PREFIX`; may be given again")
	f.IntVar(&o.keep, "keep", 65_536, "remember at most `N` decoys")
	f.IntVar(&o.ahead, "ahead", 0, "make `N` decoys before the first packet comes")
	f.Var(&o.length, "for", "end after `TIME`; else at an interrupt")
	f = out.flags
	f.StringVar(&o.json, "json", "", "write contacts as JSON Lines to `FILE`")
	f.Lookup("json").NoOptDefVal = "-"
	f.StringVar(&o.eve, "eve", "", "write contacts as Suricata does to `FILE`")
	f.BoolVar(&o.logPayload, "log-payload", false, "tell what visitors say to services, passwords too")
	f.StringVar(&o.record, "record", "", "keep the packets of contacts in `FILE` (pcapng)")
	f.IntVar(&o.recordSize, "record-size", 64, "keep no more than `N` MB of them")
	addParts(c, who, how, link, limit, out)
	c.RegisterFlagCompletionFunc("interface", interfaces)
}

// ofHosts is a flag that was given and describes hosts; empty if there is none.
func (o *decoyOptions) ofHosts() string {
	for _, f := range []struct {
		name  string
		given bool
	}{{"as", o.as != nil}, {"addr", o.addrs != nil}, {"also", o.also != nil}, {"open", o.open != ""}, {"closed", o.closed != ""},
		{"filtered", o.filtered != ""}, {"service", o.services != nil}, {"mac", o.mac != ""}, {"delay", o.delay != 0},
		{"jitter", o.jitter != 0}, {"loss", o.loss != 0}, {"hops", o.hops != 0}} {
		if f.given {
			return f.name
		}
	}
	return ""
}

// host makes the one kind of host that flags describe.
func (o *decoyOptions) host(f *decoyFile) (err error) {
	if len(o.as) == 0 || len(o.addrs) == 0 {
		return usage(errors.New("there is nothing to answer as, or no address"), `whorl decoy --as "NAME" --addr ADDRESS -i INTERFACE`)
	}
	h := decoyHost{as: o.as, loss: o.loss}
	for _, text := range o.addrs {
		r, err := decoyAddresses(text)
		if err != nil {
			return usage(err, "--addr 192.0.2.7-9, 192.0.2.0/28, 2001:db8::7-9 or 2001:db8::/64*20")
		}
		h.addrs = append(h.addrs, r...)
	}
	for _, text := range o.also {
		r, err := decoyAddresses(text)
		if err != nil {
			return usage(err, "--also 2001:db8::7")
		}
		h.also = append(h.also, r...)
	}
	for _, list := range []struct {
		text  string
		ports *[]uint16
	}{{o.open, &h.persona.OpenTCP}, {o.closed, &h.persona.ClosedTCP}, {o.filtered, &h.persona.FilteredTCP}} {
		if *list.ports, err = tcpPorts(list.text); err != nil {
			return usage(err, "ports like 22,80,8000-8010")
		}
	}
	if h.mac, err = parseHardware(o.mac); err != nil {
		return usage(err, "--mac 00:00:0c:01:02:03, cisco, own or random")
	}
	for _, text := range o.services {
		if err := h.usual(text); err != nil {
			return usage(err, "--service ssh,http:8080 or --service 22=127.0.0.1:2222")
		}
	}
	if h.hops = uint8(o.hops); o.hops < 0 || o.hops > decoy.MaxHops {
		return usage(fmt.Errorf("--hops %d", o.hops), fmt.Sprintf("--hops 0 to %d", decoy.MaxHops))
	}
	h.persona.Delay, h.jitter = time.Duration(o.delay), time.Duration(o.jitter)
	f.hosts = append(f.hosts, h)
	return nil
}

// over lets flags go before what a file says.
func (o *decoyOptions) over(f *decoyFile) (err error) {
	links := 0
	for _, name := range []string{o.iface, o.tun, o.tap} {
		if name != "" {
			links++
		}
	}
	if links == 1 {
		f.iface, f.tun, f.tap = o.iface, o.tun+o.tap, o.tap != ""
	}
	if len(o.gateways) > 0 {
		f.gateway, f.gateway6 = netip.Addr{}, netip.Addr{}
	}
	for _, text := range o.gateways {
		if err := f.via(text); err != nil {
			return usage(fmt.Errorf("--gateway %w", err), "--gateway 192.0.2.2")
		}
	}
	for _, text := range o.only {
		p, err := prefix(text)
		if err != nil {
			return usage(fmt.Errorf("--only %q is neither a prefix nor an address", text), "--only 192.0.2.0/24")
		}
		f.only = append(f.only, p)
	}
	if o.peerRate.given {
		f.peerRate = o.peerRate.value
	}
	if o.rate.given {
		f.rate = o.rate.value
	}
	if o.key != "" {
		f.key = o.key
	}
	switch {
	case links > 1 || f.iface != "" && f.tun != "":
		return usage(errors.New("the decoys are to answer in two places"), "one of -i, --tun and --tap")
	case f.iface == "" && f.tun == "" && !o.dryRun:
		return usage(errors.New("no link to answer on"), "-i INTERFACE, or --tun NAME")
	case (f.gateway.IsValid() || f.gateway6.IsValid()) && f.iface == "" && !o.dryRun:
		return usage(errors.New("a gateway is an address of an Ethernet"), "-i INTERFACE")
	}
	return nil
}
