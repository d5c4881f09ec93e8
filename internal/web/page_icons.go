package web

import "slices"

// iconsOf lists the icons that a screen uses, each once.
func iconsOf(v pageView) []string {
	out := []string{"chevron-down", "check", "check-check", "clock", "x", v.Dock.Main.Icon}
	for _, f := range v.Facts {
		out = append(out, f.Icon)
	}
	for _, l := range v.Links {
		out = append(out, l.Icon)
	}
	for _, p := range slices.Concat(v.Dock.Pair, v.Dock.Beside) {
		out = append(out, p.Icon)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(name string) bool { return name == "" })
}
