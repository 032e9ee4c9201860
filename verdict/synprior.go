package verdict

import (
	"whorl"
	"whorl/osdb"
)

// How common hosts of a system are, as a weight against those of others. Set by hand.
const (
	commonHost = 10
	deviceHost = 0.1 // devices, stacks that are sold for them, and those of virtual machines
)

// commonness is the weight of the hosts of a record, whose class as a stack is given.
func commonness(e *osdb.Entry, c whorl.Class, answer bool) float64 {
	switch {
	case common(c) && !(answer && c.Family == "Darwin"): // hardly a server is Apple's
		return commonHost
	case device(e, c) || small(e, c):
		return deviceHost
	}
	return 1
}

// sureEnough is the probability from which on a family is an answer.
func (j *Handshakes) sureEnough(f *family) float64 {
	if small(f.of[0].entry, f.class) {
		return max(j.threshold, smallSure)
	}
	return j.threshold
}

// smallSure is the least probability of a stack that few hosts have.
const smallSure = 0.95

// common reports whether hosts of a family are met everywhere.
func common(c whorl.Class) bool {
	return c.Family == "Linux" || c.Family == "Windows" || c.Family == "Darwin"
}

// device reports whether a record, whose class as a stack is given, is of devices without a
// system of a name. Those of many vendors answer alike, so that a handshake names none: of the
// SYN-ACKs in nmap-os-db that most resemble such a record three quarters are of other devices.
// A record that the user has made stands for a device that is there.
func device(e *osdb.Entry, c whorl.Class) bool {
	return e.Classes[0].Family == "embedded" && !common(c) && e.Source.Database != osdb.User
}

// small reports whether a record is of a stack that is sold for devices, or of one of virtual
// machines.
func small(e *osdb.Entry, c whorl.Class) bool {
	kind := e.Classes[0].DeviceType
	return (kind == "specialized" || kind == "virtualization") && !common(c) && e.Source.Database != osdb.User
}
