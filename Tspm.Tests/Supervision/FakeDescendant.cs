namespace Tspm.Tests.Supervision;

/// <summary>What a descendant of a child does when it is signalled.</summary>
internal enum Temper
{
    /// <summary>Ends after a stop signal; one of a family at each look.</summary>
    Obedient,

    /// <summary>Ends when the test says so.</summary>
    Late,

    /// <summary>Ends by SIGKILL alone.</summary>
    Stubborn,

    /// <summary>Ends after a stop signal and leaves a new process behind.</summary>
    Forking,
}

/// <summary>A process below a child of the <see cref="FakeProcessSystem"/>, which may outlive it.</summary>
internal sealed class FakeDescendant(int pid, long startTicks, FakeProcess main, FakeDescendant? parent, Temper temper)
{
    public int Pid => pid;
    public long StartTicks => startTicks;
    public FakeProcess Main => main;

    /// <summary>
    /// The one that started it, as long as that lives; null: the main program did, or it is orphaned.
    /// </summary>
    public FakeDescendant? Parent => parent is { Lives: true } ? parent : null;

    public Temper Temper => temper;

    public bool Lives { get; set; } = true;

    /// <summary>Stop signals that it got, by the number of the daemon that sent them.</summary>
    public List<int> SignalledBy { get; } = [];

    public bool WasKilled { get; set; }

    public override string ToString() => $"descendant {pid} of {main}";
}
