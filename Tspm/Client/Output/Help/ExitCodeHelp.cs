using Tspm.Client.CommandLine;

namespace Tspm.Client.Output.Help;

/// <summary>The exit codes as help explains them.</summary>
internal static class ExitCodeHelp
{
    const string NoSuchProcess = "3", NoDaemon = "4", TimedOut = "5";

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
    ];

    /// <summary>The exit codes that a verb can have, the guide's meanings before the general ones.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(Verb verb, VerbGuide guide)
    {
        foreach (var general in All)
        {
            // The other codes of run are the program's.
            if (!CanHave(verb, general.Key) || (verb.TakesCommand && general.Key != "0")) continue;
            var special = guide.ExitCodes.Find(code => code.Key == general.Key);
            yield return special.Key is null ? general : special;
        }
        foreach (var code in guide.ExitCodes)
            if (!Array.Exists(All, general => general.Key == code.Key)) yield return code;
    }

    static bool CanHave(Verb verb, string code) => code switch
    {
        NoSuchProcess => verb.Usage.Contains("SELECTOR", StringComparison.Ordinal) || verb.Name is "scale" or "rename",
        NoDaemon or TimedOut => !verb.IsLocal,
        _ => true,
    };
}
