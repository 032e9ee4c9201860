package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"strings"

	"whorl/decoy"
	"whorl/method"
)

// parseHardware reads a hardware address, a maker, "own" or "random". It is nil for nothing,
// which leaves the choice to the record.
func parseHardware(text string) (*decoy.Hardware, error) {
	h := &decoy.Hardware{}
	switch text {
	case "":
		return nil, nil
	case "random":
		return h, nil
	case "own":
		h.Own = true
		return h, nil
	}
	var known bool
	if h.Vendor, known = decoy.Vendor(text); known {
		return h, nil
	}
	m, err := net.ParseMAC(text)
	if err != nil || len(m) != len(h.MAC) || m[0]&1 != 0 {
		return nil, fmt.Errorf("%q is neither the hardware address of one station nor a maker: %s", text, strings.Join(decoy.Vendors(), ", "))
	}
	copy(h.MAC[:], m)
	return h, nil
}

// machineID is a number that belongs to this installation (machine-id(5)). It is not told
// to others.
const machineID = "/etc/machine-id"

// decoyKey is the secret of a text; without one that of this machine, so that a decoy stays
// what it is when the command is run again.
func decoyKey(text string) (key method.Key, err error) {
	secret := []byte(text)
	if text == "" {
		if secret, err = os.ReadFile(machineID); err != nil || len(secret) == 0 {
			secret = make([]byte, len(key))
			if _, err = rand.Read(secret); err != nil {
				return key, err
			}
		}
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("whorl decoy"))
	copy(key[:], m.Sum(nil))
	return key, nil
}
