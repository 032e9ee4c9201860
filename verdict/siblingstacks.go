package verdict

import (
	"slices"

	"whorl"
)

// offsets are families whose timestamps begin at a secret offset for each pair of addresses
// or each connection, so that a machine shows another clock over each version of IP: Linux
// since 4.10 (2.6 and 3.X do not), gVisor (measured), Windows 10, FreeBSD and Apple's systems
// (package method/syn). A nil list means all generations.
var offsets = map[string][]string{
	"Linux": {"4.X", "5.X", "6.X", "7.X"}, "Android": nil, "gVisor": nil, "Windows": {"10", "11", "2016", "2019", "2022", "2025"},
	"FreeBSD": nil, "Darwin": nil, "macOS": nil, "Mac OS X": nil, "OS X": nil, "iOS": nil, "iPadOS": nil, "tvOS": nil, "OpenBSD": nil,
}

// drawsOffsets reports whether the stack of a host may be one whose clock is another for
// each peer.
func drawsOffsets(h *whorl.Host) bool {
	return len(h.Verdicts) > 0 && slices.ContainsFunc(h.Verdicts[0].Classes, func(c whorl.Class) bool {
		return mayDraw(c.Family, c.Generation) || mayDraw(lineage[[2]string{c.Vendor, c.Family}][1], "")
	})
}

func mayDraw(family, generation string) bool {
	generations, ok := offsets[family]
	return ok && (generations == nil || generation == "" || slices.Contains(generations, generation))
}

// familiesBy are the families that the headline of a host names, and those that they
// descend from; none if it is no name.
func familiesBy(h *whorl.Host) []whorl.Class {
	if len(h.Verdicts) == 0 || h.Verdicts[0].Name == whorl.Unknown {
		return nil
	}
	return withAncestors(h.Verdicts[0].Classes)
}

// meet reports whether two lists of families have one in common.
func meet(a, b []whorl.Class) bool {
	return slices.ContainsFunc(a, func(x whorl.Class) bool {
		return slices.ContainsFunc(b, func(y whorl.Class) bool { return x.Vendor == y.Vendor && x.Family == y.Family })
	})
}

// meetInVersion reports whether two verdicts may be of one generation: where a class has
// none, any.
func meetInVersion(a, b []whorl.Class) bool {
	return slices.ContainsFunc(a, func(x whorl.Class) bool {
		return slices.ContainsFunc(b, func(y whorl.Class) bool {
			return x.Family == y.Family && (x.Generation == y.Generation || x.Generation == "" || y.Generation == "")
		})
	})
}
