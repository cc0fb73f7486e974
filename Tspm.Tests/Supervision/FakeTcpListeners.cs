using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Listeners as the test says; answers at once.</summary>
internal sealed class FakeTcpListeners : ITcpListeners
{
    /// <summary>Who listens before a child is started; null: that cannot be seen.</summary>
    public HashSet<ulong>? Present { get; set; } = [];

    /// <summary>How often it was asked who listens.</summary>
    public int Asked { get; private set; }

    /// <summary>What is seen of whoever takes connections now, by the child's pid.</summary>
    public Func<int, ListenerFacts> Facts { get; set; } = static _ =>
        new ListenerFacts { Sockets = new HashSet<ulong> { 1 }, IsOwn = true };

    public IReadOnlySet<ulong>? ListeningOn(int port)
    {
        Asked++;
        return Present is { } present ? new HashSet<ulong>(present) : null;
    }

    public void Inspect(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told) =>
        told(Facts(pid));
}
