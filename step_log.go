package xsale

import (
	"log/slog"
	"net/http"
	"time"
)

// logStep logs each attempt by an allow-list: what is not named here is not logged.
type logStep struct {
	next   Doer
	logger *slog.Logger
}

func (s *logStep) Do(request *http.Request) (*http.Response, error) {
	state := callStateOf(request)
	state.attempts++
	ctx := request.Context()
	if !s.logger.Enabled(ctx, slog.LevelDebug) {
		return s.next.Do(request)
	}
	start := time.Now()
	response, err := s.next.Do(request)
	attributes := []slog.Attr{
		slog.String("operation", state.id),
		slog.String("method", state.method),
		slog.Int("attempt", state.attempts),
		slog.Duration("duration", time.Since(start)),
	}
	if state.id != "" { // the path of a raw call may hold personal data
		attributes = append(attributes, slog.String("route", state.route))
	}
	if err != nil {
		attributes = append(attributes, slog.Bool("answered", false))
	} else {
		attributes = append(attributes, slog.Int("status", response.StatusCode), slog.Int64("bytes", response.ContentLength))
	}
	s.logger.LogAttrs(ctx, slog.LevelDebug, "xsale request", attributes...)
	return response, err
}
