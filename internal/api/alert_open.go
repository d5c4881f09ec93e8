package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/secret"
	"firehall/internal/team"
)

// openIn is an alert that somebody raises.
type openIn struct {
	Body struct {
		Service  id.Service        `json:"service"`
		Summary  string            `json:"summary" doc:"What is wrong, in one line."`
		Key      string            `json:"key,omitempty" doc:"Alerts of a service with the same key are one; a key is made when absent."`
		Severity string            `json:"severity,omitempty" enum:"critical,error,warning,info" doc:"Error when absent."`
		Urgency  string            `json:"urgency,omitempty" enum:"high,low,none" doc:"What the service makes of the severity when absent."`
		Details  map[string]string `json:"details,omitempty"`
	}
}

// open raises an alert: 201, or 200 with the unresolved alert of its key.
func (s *Server) open(ctx context.Context, by team.Actor, in *openIn) (*answer[Alert], error) {
	if err := by.MayRespond(); err != nil {
		return nil, err
	}
	arrival, err := s.arrival(by, in)
	if err != nil {
		return nil, err
	}
	receipt, err := s.act.Ingest(ctx, arrival)
	if err != nil {
		return nil, err
	}
	a, err := s.db.Alert(ctx, receipt.Alerts[0])
	if err != nil {
		return nil, err
	}
	first, err := s.db.Timeline(ctx, a.ID, "", 1)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if len(first) > 0 && first[0].Message == receipt.Message {
		status = http.StatusCreated
	}
	shown, err := s.shown(ctx, s.db.Setup(), a)
	return &answer[Alert]{status, shown}, err
}

// arrival reads what somebody raises as the generic door would.
func (s *Server) arrival(by team.Actor, in *openIn) (action.Arrival, error) {
	b := in.Body
	if err := missing("service", "services", b.Service, s.db.Setup().Services); err != nil {
		return action.Arrival{}, fault.At("service", "%s", err)
	}
	message := map[string]any{"summary": b.Summary}
	for name, value := range map[string]string{"key": b.Key, "severity": b.Severity} {
		if value != "" {
			message[name] = value
		}
	}
	if len(b.Details) > 0 {
		message["details"] = b.Details
	}
	body, err := json.Marshal(message)
	if err != nil {
		return action.Arrival{}, err
	}
	read, err := intake.Parse("generic", intake.Options{}, body)
	if err != nil {
		return action.Arrival{}, unread(err)
	}
	if read.Signals[0].Key == "" {
		read.Signals[0].Key = secret.NewKey()
	}
	urgency, _ := alert.UrgencyNamed(b.Urgency)
	return action.Arrival{
		Service: b.Service, By: by.Person, Body: body, Size: len(body), Signals: read.Signals, Urgency: urgency,
	}, nil
}

// unread returns a refusal as a fault: "summary: a text is needed" is about
// the field summary.
func unread(err error) error {
	var r *intake.Refusal
	if !errors.As(err, &r) {
		return err
	}
	f := &fault.Fault{Kind: fault.Invalid}
	for _, text := range r.Errors {
		path, sentence, found := strings.Cut(text, ": ")
		if !found {
			path, sentence = "", text
		}
		f.Fields = append(f.Fields, fault.Field{Path: path, Sentence: sentence})
	}
	return f
}
