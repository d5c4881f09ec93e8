package action

// HoldExport has the tests outside this package pretend that somebody's data is
// being exported, until the function that it returns is called.
func HoldExport(act *Actions) (release func()) {
	act.exporting.Store(true)
	return func() { act.exporting.Store(false) }
}
