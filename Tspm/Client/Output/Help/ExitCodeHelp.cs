using Tspm.Client.CommandLine;

namespace Tspm.Client.Output.Help;

/// <summary>The exit codes as help explains them.</summary>
internal static class ExitCodeHelp
{
    const string NoSuchProcess = "3", NoDaemon = "4", TimedOut = "5", RunFailed = "125", Interrupted = "130";

    /// <summary>Every exit code of <see cref="ExitCodes"/> and what it means for any verb.</summary>
    public static KeyValuePair<string, string>[] All =>
    [
        new("0", "done"),
        new("1", "failed"),
        new("2", "wrong usage"),
        new(NoSuchProcess, "no such process; nothing was changed"),
        new(NoDaemon, "the daemon is not running or cannot be reached"),
        new(TimedOut, "timed out; the work continues, or the daemon does not answer"),
        new("6", "not permitted"),
        new(RunFailed, "'run' could not run the program; its other codes are the program's"),
        new(Interrupted, "ended by Ctrl-C"),
    ];

    /// <summary>The exit codes that a verb can have, the guide's meanings before the general ones.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(Verb verb, VerbGuide guide)
    {
        foreach (var general in All)
        {
            var special = guide.ExitCodes.Find(code => code.Key == general.Key);
            if (special.Key is not null) yield return special;
            else if (CanHave(verb, general.Key)) yield return general;
        }
        foreach (var code in guide.ExitCodes)
            if (!Array.Exists(All, general => general.Key == code.Key)) yield return code;
    }

    /// <summary>Whether a verb can have a code that its guide does not explain.</summary>
    static bool CanHave(Verb verb, string code) => code switch
    {
        RunFailed or Interrupted => false,
        _ when verb.TakesCommand => false,
        NoSuchProcess => verb.Usage.Contains("SELECTOR", StringComparison.Ordinal) || verb.Name is "scale" or "rename",
        NoDaemon or TimedOut => !verb.IsLocal,
        _ => true,
    };
}
