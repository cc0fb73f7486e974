using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What people are told at the shell: which process, what happened to it, and what to type next.</summary>
internal static class MessageRows
{
    static readonly VerbRow[] OfStart =
    [
    ];

    static readonly VerbRow[] OfChanges =
    [
    ];

    static readonly VerbRow[] OfReading =
    [
        new("events web -n 2")
        {
            When = "one of three repeats another",
            Given = [Seeds.Web],
            Before = static world => world.Exit("web", 7),
            Asks = Methods.Events,
            Out = ["started, pid 1001", "exited with code 7; restarting in 1 s"],
        },
    ];

    public static readonly VerbRow[] All =
    [
        .. OfStart, .. OfChanges, .. OfReading,
    ];
}
