package api

// registerQuestions lists the operations that answer a question and change
// nothing.
func (s *Server) registerQuestions() {
	handle(s, post(tagAlerts, "/simulate", "simulate", "Who would be paged, when, by which contact and why, if nobody answered; changes nothing."), s.simulate)
	handle(s, get(tagAlerts, "/alerts/{id}/why", "why-alert", "Why an alert paged somebody, or why it paged nobody."), s.whyAlert)
	handle(s, get(tagAlerts, "/why", "why", "Why a person was told something at a time, or what became of a source's messages then."), s.why)
}
