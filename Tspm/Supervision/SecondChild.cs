using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>The second child of an instance, and how far it is. Which of the two is the second one changes when the new one is ready.</summary>
internal sealed class SecondChild(Run run, Cause cause)
{
    /// <summary>Why there was to be a new one.</summary>
    public Cause Cause => cause;

    public Run Run { get; set; } = run;

    public SecondPhase Phase { get; set; }

    /// <summary>Why the new one is not wanted; null: nothing is wrong.</summary>
    public string? Problem { get; set; }

    /// <summary>The same as data; null: nothing is wrong, or it ends by itself.</summary>
    public Cause? Unwanted { get; set; }

    /// <summary>Asks the new one whether it is ready.</summary>
    public IDisposable? Vigil { get; set; }

    /// <summary>What its child left behind, found at its end for the clean-up that follows.</summary>
    public IReadOnlyList<Leftover>? Found { get; set; }

    /// <summary>Told once, when it is gone: null, or why the old one stays.</summary>
    public Action<string?>? Done { get; set; }
}
