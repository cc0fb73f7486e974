namespace Tspm.Model.State;

/// <summary><c>daemon.state</c>, for people and scripts. Tspm itself relies only on the lock and the socket.</summary>
internal sealed record DaemonState
{
    public required int Pid { get; init; }
    public required int GuardianPid { get; init; }
    public required string SocketPath { get; init; }
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
}
