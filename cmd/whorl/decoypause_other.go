//go:build !unix

package main

import (
	"context"

	"whorl/decoy"
)

// pausable does nothing: this system has no signals of one's own.
func (a *app) pausable(context.Context, *decoy.Network) {}
