using Tspm.Platform;

namespace Tspm.Tests.Daemon;

/// <summary>Each process listens on the port 10000 + its pid.</summary>
internal sealed class FakePorts : IListeningPorts
{
    public IReadOnlyList<int>? Find(IEnumerable<int> pids) => [.. pids.Select(static pid => 10_000 + pid)];
}
