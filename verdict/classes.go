package verdict

import (
	"cmp"
	"slices"
	"strings"

	"whorl"
	"whorl/osdb"
)

// describe sets what can be said in a word of the classes that the name of a verdict covers:
// vendor, family and device type of the first, and generations and CPE of all of that family.
func describe(v *whorl.Verdict) {
	v.Vendor, v.Family, v.Generation, v.DeviceType, v.CPE = "", "", "", "", nil
	if len(v.Classes) == 0 {
		return
	}
	first := v.Classes[0]
	v.Vendor, v.Family, v.DeviceType = first.Vendor, first.Family, first.DeviceType
	var generations []string
	for _, c := range v.Classes {
		if systemOf(c) == systemOf(first) {
			generations, v.CPE = addOnce(generations, c.Generation), addOnce(v.CPE, c.CPE...)
		}
	}
	v.Generation = strings.Join(generations, "|")
}

// addOnce adds what is neither empty nor known to a list of its own.
func addOnce(list []string, more ...string) []string {
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// systemOf is vendor and family of a class.
func systemOf(c whorl.Class) [2]string { return [2]string{c.Vendor, c.Family} }

// classesIn are the classes of records that are picked, each once, in order.
func classesIn(of []candidate, pick func(whorl.Class) bool) (out []whorl.Class) {
	of = slices.Clone(of)
	slices.SortStableFunc(of, func(a, b candidate) int { return cmp.Compare(a.place, b.place) })
	for _, c := range of {
		for _, class := range c.entry.Classes {
			if pick(class) {
				out = addClass(out, class)
			}
		}
	}
	inOrder(out)
	return out
}

// addClass adds a class, or its CPE if it is known.
func addClass(list []whorl.Class, c whorl.Class) []whorl.Class {
	i := slices.IndexFunc(list, func(o whorl.Class) bool {
		return systemOf(o) == systemOf(c) && o.Generation == c.Generation && o.DeviceType == c.DeviceType
	})
	if i < 0 {
		return append(list, c)
	}
	list[i].CPE = addOnce(slices.Clip(list[i].CPE), c.CPE...)
	return list
}

// inOrder sorts classes in the order of the database by systems, as they come first, and the
// generations of each from the oldest to the newest.
func inOrder(list []whorl.Class) {
	var systems [][2]string
	for _, c := range list {
		if !slices.Contains(systems, systemOf(c)) {
			systems = append(systems, systemOf(c))
		}
	}
	slices.SortStableFunc(list, func(a, b whorl.Class) int {
		return cmp.Or(cmp.Compare(slices.Index(systems, systemOf(a)), slices.Index(systems, systemOf(b))),
			olderFirst(a.Family)(a.Generation, b.Generation))
	})
}

// olderFirst compares generations of a family: of Windows by age, of others by their numbers.
func olderFirst(family string) func(a, b string) int {
	return func(a, b string) int {
		if family == "Windows" {
			return cmp.Or(cmp.Compare(slices.Index(windowsAges, a), slices.Index(windowsAges, b)), cmp.Compare(a, b))
		}
		return cmp.Or(osdb.CompareVersions(a, b), cmp.Compare(a, b))
	}
}

// ofNoVersion is a class of which no version is known. Its CPE names the product alone.
func ofNoVersion(c whorl.Class) whorl.Class {
	var products []string
	for _, cpe := range c.CPE {
		products = addOnce(products, product(cpe, c.Family))
	}
	c.Generation, c.CPE = "", products
	return c
}

// product is a CPE without its version: cpe:/o:linux:linux_kernel of cpe:/o:linux:linux_kernel:6.
// Those of Windows have it in the product.
func product(cpe, family string) string {
	parts := strings.Split(cpe, ":")
	parts = parts[:min(len(parts), 4)]
	if last := &parts[len(parts)-1]; family == "Windows" && strings.HasPrefix(*last, "windows_") {
		*last = "windows"
	}
	return strings.Join(parts, ":")
}
