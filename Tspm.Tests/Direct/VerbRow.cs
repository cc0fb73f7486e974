using Tspm.Client.CommandLine;
using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>
/// One command line in one situation, and what must come of it. Texts are fragments: names, numbers and states, not
/// sentences. An output of which no fragment is expected must be empty.
/// </summary>
/// <param name="Line">What is typed after <c>tspm</c>, see <see cref="VerbWorld.Begin"/>.</param>
internal sealed record VerbRow(string Line)
{
    /// <summary>Tells rows of the same line apart.</summary>
    public string When { get; init; } = "";

    /// <summary>What is in the folder <c>@/</c>.</summary>
    public (string Name, string Text)[] Files { get; init; } = [];

    /// <summary>Command lines that came before, and worked.</summary>
    public string[] Given { get; init; } = [];

    /// <summary>What happened after them.</summary>
    public Action<VerbWorld>? Before { get; init; }

    /// <summary>The state cannot be saved any more.</summary>
    public bool DiskIsFull { get; init; }

    public bool OnTerminal { get; init; }

    /// <summary>No daemon runs, and there never was one.</summary>
    public bool IsCold { get; init; }

    /// <summary>The method that the daemon must have been asked for; null: none is needed.</summary>
    public Method? Asks { get; init; }

    /// <summary>The code of the error that the daemon answers it with; 0: an answer.</summary>
    public int Error { get; init; }

    /// <summary>The exit code.</summary>
    public int Code { get; init; }

    public string[] Out { get; init; } = [];

    public string[] Err { get; init; } = [];

    /// <summary>
    /// What the same line with <c>--json</c> prints: PATH=VALUE, see <see cref="JsonFacts"/>. Empty: it is not tried.
    /// </summary>
    public string[] Json { get; init; } = [];

    /// <summary>See <see cref="VerbWorld.States"/>; null: it does not matter.</summary>
    public string? Leaves { get; init; }

    /// <summary>What else must be true then.</summary>
    public Func<VerbWorld, bool>? Then { get; init; }

    public string Name => When.Length == 0 ? Line : $"{Line} ({When})";

    /// <summary>It did what was typed.</summary>
    public bool IsGood => Code == 0 && Error == 0;

    /// <summary>Aliases have a row of their own in the table of verbs, or none.</summary>
    public Verb Verb => Verbs.Find(Line.Split(' ')[0])!;

    public override string ToString() => Name;
}
