package osdb

import (
	"errors"
	"strings"

	"whorl"
)

// p0fLabel is a label of p0f: type:class:name:flavor.
type p0fLabel struct {
	generic bool   // a last resort
	kind    string // win, unix, other; ! for a program
	name    string // of the system
	flavor  string // versions; may be empty
}

func parseLabel(s string) (l p0fLabel, err error) {
	f := strings.SplitN(s, ":", 4)
	switch {
	case len(f) != 4:
		return l, errors.New("want type:class:name:flavor")
	case f[0] != "s" && f[0] != "g":
		return l, errors.New("the type is neither s nor g")
	case f[1] == "" || f[2] == "":
		return l, errors.New("class or name is empty")
	}
	return p0fLabel{generic: f[0] == "g", kind: f[1], name: f[2], flavor: strings.TrimSpace(f[3])}, nil
}

func (l *p0fLabel) program() bool { return l.kind == "!" }

// title is the name and the flavor, as p0f shows them.
func (l *p0fLabel) title() string { return strings.TrimSpace(l.name + " " + l.flavor) }

// p0fFamilies are vendor and family of systems that our own records name otherwise than p0f.
var p0fFamilies = map[string][2]string{
	"windows": {"Microsoft", "Windows"}, "mac os x": {"Apple", "macOS"}, "macos x": {"Apple", "macOS"}, "ios": {"Apple", "iOS"},
	"solaris": {"Oracle", "Solaris"}, "hp-ux": {"HP", "HP-UX"}, "openvms": {"HP", "OpenVMS"}, "tru64": {"HP", "Tru64"},
}

// class is what the label says of the system. Vendors of others are not told.
func (l *p0fLabel) class() whorl.Class {
	c := whorl.Class{Vendor: l.name, Family: l.name, Generation: l.flavor, DeviceType: "general purpose"}
	if known, ok := p0fFamilies[strings.ToLower(l.name)]; ok {
		c.Vendor, c.Family = known[0], known[1]
	}
	switch l.kind {
	case "win", "unix":
	case "!":
		c.DeviceType = "program"
	default:
		c.DeviceType = "specialized"
	}
	return c
}
