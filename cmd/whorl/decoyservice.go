package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"whorl/decoy"
	"whorl/persona"
)

// service reads a [[host.service]].
func (h *decoyHost) service(d *tomlDoc, path string, values map[string]any) {
	s, b := persona.Service{}, proxied{}
	d.table(path, values, tomlFields{
		"port":         tomlPort(&s.Port),
		"banner":       tomlBytes(&s.Greeting),
		"wait":         tomlTime(&s.Wait),
		"end":          tomlString(&s.End),
		"idle":         tomlTime(&s.Idle),
		"proxy":        tomlString(&b.proxy),
		"anywhere":     tomlBool(&b.anywhere),
		"proxy-header": tomlString(&b.header),
		"reply": func(v any) error {
			return d.each(path+".reply", v, func(path string, m map[string]any) { s.Rules = append(s.Rules, rule(d, path, m)) })
		},
	})
	if s.Port == 0 {
		d.bad(path, errors.New(`a service without "port"`))
	}
	if err := b.onto(&s); err != nil {
		at := path
		if b.proxy != "" {
			at += ".proxy"
		}
		d.bad(at, err)
	}
	h.persona.Services = append(h.persona.Services, s)
}

// rule reads a [[host.service.reply]].
func rule(d *tomlDoc, path string, values map[string]any) (r persona.Rule) {
	d.table(path, values, tomlFields{
		"expect": tomlString(&r.Expect),
		"pattern": tomlStrings(func(s string) (err error) {
			r.Pattern, err = regexp.Compile(s)
			return err
		}),
		"send":  tomlBytes(&r.Reply),
		"delay": tomlTime(&r.Delay),
		"close": tomlBool(&r.Close),
		"state": tomlCount(&r.State, math.MaxUint8),
		"next":  tomlCount(&r.Next, math.MaxUint8),
	})
	return r
}

// proxied is the program behind a service as a file has it.
type proxied struct {
	proxy, header string
	anywhere      bool
}

// onto gives a service its backend, if there is one.
func (b *proxied) onto(s *persona.Service) (err error) {
	if b.proxy == "" {
		if b.anywhere || b.header != "" {
			return errors.New(`"anywhere" and "proxy-header" are about a "proxy"`)
		}
		return nil
	}
	if s.Greeting != nil || s.Wait != 0 || s.End != "" || s.Rules != nil {
		return errors.New("proxy: the program speaks in place of banner, wait, end and reply")
	}
	if s.Backend, err = decoy.ParseBackend(b.proxy, b.anywhere); err != nil {
		return fmt.Errorf("proxy: %w", err)
	}
	version, known := map[string]persona.ProxyHeader{"": persona.NoProxyHeader, "v1": persona.ProxyV1, "v2": persona.ProxyV2}[b.header]
	if !known {
		return fmt.Errorf("proxy-header: %q; want v1 or v2", b.header)
	}
	s.Backend.Header = version
	return nil
}

// backend reads PORT=BACKEND, as 22=127.0.0.1:2222: a program on this machine speaks there.
func (h *decoyHost) backend(text string) error {
	number, at, _ := strings.Cut(text, "=")
	port, err := parsePort(number)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	b, err := decoy.ParseBackend(at, false)
	if err != nil {
		return err
	}
	h.persona.Services = append(h.persona.Services, persona.Service{Port: port, Backend: b})
	return nil
}

// backendText is a backend as services are named by.
func backendText(b *persona.Backend) string {
	if b.Network == "unix" {
		return "unix:" + b.Address
	}
	return b.Address
}

func tomlBytes(into *[]byte) func(any) error {
	return tomlStrings(func(s string) error { *into = append(*into, s...); return nil })
}
