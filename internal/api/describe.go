package api

func (s *Server) describe() {}
