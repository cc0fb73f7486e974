using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Listeners as the test says; answers at once.</summary>
internal sealed class FakeTcpListeners : ITcpListeners
{
    /// <summary>Who listens before a child is started; null: that cannot be seen.</summary>
    public HashSet<ulong>? Present { get; set; } = [];

    /// <summary>Keeps back who listens, until it is called.</summary>
    public List<Action>? Held { get; set; }

    /// <summary>What is seen of whoever takes connections now, by the child's pid.</summary>
    public Func<int, ListenerFacts> Facts { get; set; } = static _ =>
        new ListenerFacts { Sockets = new HashSet<ulong> { 1 }, IsOwn = true };

    public void Find(int port, Action<IReadOnlySet<ulong>?> told)
    {
        var present = Present;
        if (Held is { } held) held.Add(() => told(present));
        else told(present);
    }

    public void Look(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told) =>
        told(Facts(pid));
}
