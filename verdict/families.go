package verdict

import (
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// groups sort records by something that several have in common. A record can be in more
// than one group, or in none.
type groups struct {
	names   []whorl.Class // what a group has in common
	members [][]int       // places of records, by group
	of      [][]int       // groups, by record
}

// groupBy makes groups of the vendor, family and generation of the classes that by gives.
func groupBy(entries []*osdb.Entry, by func(*osdb.Entry) []whorl.Class) groups {
	g := groups{of: make([][]int, len(entries))}
	index := map[[3]string]int{}
	for i, e := range entries {
		for _, c := range by(e) {
			key := [3]string{c.Vendor, c.Family, c.Generation}
			n, ok := index[key]
			if !ok {
				n = len(g.names)
				index[key] = n
				g.names = append(g.names, whorl.Class{Vendor: c.Vendor, Family: c.Family, Generation: c.Generation})
				g.members = append(g.members, nil)
			}
			if !slices.Contains(g.of[i], n) {
				g.of[i] = append(g.of[i], n)
				g.members[n] = append(g.members[n], i)
			}
		}
	}
	return g
}

// sums adds up the shares of records by group.
func (g *groups) sums(shares []float64) []float64 {
	out := make([]float64, len(g.names))
	for n, members := range g.members {
		for _, i := range members {
			out[n] += shares[i]
		}
	}
	return out
}

// Families are the vendors and families that a record is of, those that they descend
// from included. They are what an answer about a host like it is right by.
func Families(e *osdb.Entry) []whorl.Class { return classesOf(e) }

// generationOf is the first class of an entry without its device type.
func generationOf(e *osdb.Entry) []whorl.Class { return e.Classes[:min(1, len(e.Classes))] }

// classesOf are the vendors and families of an entry, and those that they descend from:
// an access point that runs Linux is a Linux too. Its name stands for one that has no
// class.
func classesOf(e *osdb.Entry) (out []whorl.Class) {
	out = withAncestors(e.Classes)
	if strings.Contains(e.Name, "(Linux") { // Nmap's way to tell what a device runs
		out = append(out, whorl.Class{Vendor: "Linux", Family: "Linux"})
	}
	if out == nil {
		out = append(out, whorl.Class{Family: e.Name})
	}
	return out
}

// withAncestors are the vendors and families of classes, each followed by what it descends
// from.
func withAncestors(classes []whorl.Class) (out []whorl.Class) {
	for _, c := range classes {
		out = append(out, whorl.Class{Vendor: c.Vendor, Family: c.Family})
		if up, ok := lineage[[2]string{c.Vendor, c.Family}]; ok {
			out = append(out, whorl.Class{Vendor: up[0], Family: up[1]})
		}
	}
	return out
}

// lineage tells which system a vendor's is made from, where that is public knowledge:
// the stack is the same one.
var lineage = map[[2]string][2]string{
	{"Google", "Android"}:               {"Linux", "Linux"},
	{"MikroTik", "RouterOS"}:            {"Linux", "Linux"},
	{"Synology", "DiskStation Manager"}: {"Linux", "Linux"},
	{"Aerohive", "HiveOS"}:              {"Linux", "Linux"},
	{"Aruba", "ArubaOS"}:                {"Linux", "Linux"},
	{"VyOS", "VyOS"}:                    {"Linux", "Linux"},
	{"AVM", "FritzOS"}:                  {"Linux", "Linux"},
	{"Cisco", "IOS XE"}:                 {"Cisco", "IOS"},
	{"Cisco", "IOS-XE"}:                 {"Cisco", "IOS"},
	{"CyanogenMod", "CyanogenMod"}:      {"Linux", "Linux"},
	{"IPCop", "IPCop"}:                  {"Linux", "Linux"},
	{"IPFire", "IPFire"}:                {"Linux", "Linux"},
	{"Infrant", "RAIDiator"}:            {"Linux", "Linux"},
	{"Netgear", "RAIDiator"}:            {"Linux", "Linux"},
	{"QNAP", "QTS"}:                     {"Linux", "Linux"},
	{"Tizen", "Tizen"}:                  {"Linux", "Linux"},
	{"Ubiquiti", "AirOS"}:               {"Linux", "Linux"},
	{"Apple", "NetBSD"}:                 {"NetBSD", "NetBSD"},
	{"Dell", "NetBSD"}:                  {"NetBSD", "NetBSD"},
	{"FreeNAS", "FreeNAS"}:              {"FreeBSD", "FreeBSD"},
	{"PC-BSD", "PC-BSD"}:                {"FreeBSD", "FreeBSD"},
	{"Apple", "Mac OS X"}:               {"Apple", "Darwin"},
	{"Apple", "OS X"}:                   {"Apple", "Darwin"},
	{"Apple", "macOS"}:                  {"Apple", "Darwin"},
	{"Apple", "iOS"}:                    {"Apple", "Darwin"},
	{"Apple", "iPhone OS"}:              {"Apple", "Darwin"},
	{"Apple", "Apple TV"}:               {"Apple", "Darwin"},
	{"Sun", "Solaris"}:                  {"", "Solaris"},
	{"Oracle", "Solaris"}:               {"", "Solaris"},
	{"Sun", "OpenSolaris"}:              {"", "Solaris"},
	{"OpenIndiana", "OpenIndiana"}:      {"", "Solaris"},
	{"Joyent", "SmartOS"}:               {"", "Solaris"},
	{"illumos", "illumos"}:              {"", "Solaris"},
	{"illumos", "OpenIndiana"}:          {"", "Solaris"},
	{"Nexenta", "NexentaStor"}:          {"", "Solaris"},
	{"Microsoft", "Windows Phone"}:      {"Microsoft", "Windows"},
	{"Microsoft", "Windows Mobile"}:     {"Microsoft", "Windows"},
}
