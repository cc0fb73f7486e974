using System.Globalization;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Storage;

namespace Tspm.Client.Completion;

/// <summary>
/// Answers the scripts of <c>tspm completion</c>. Each line is one candidate: "=" or, if more follows in the same word,
/// "+"; then the word; for shells that show descriptions, a tab (zsh: a colon) and the description. The line "@files"
/// leaves the word to the shell. Reads files and directories only: it connects to no daemon, and has no other effect.
/// </summary>
internal static class CompletionMain
{
    /// <summary>The first argument that selects this role.</summary>
    public const string Word = "__complete";

    /// <param name="args">
    /// <c>bash WORDBREAKS LINE</c>, with the line up to the cursor; or <c>SHELL COUNT WORD…</c>, with the words between
    /// <c>tspm</c> and the cursor, their count, and the word at the cursor, which may be missing if it is empty.
    /// </param>
    /// <returns>0, or 1 if a script passes other arguments than these.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        var output = StandardStreams.Output();
        if (args is ["bash", var breaks, var line])
        {
            var word = new BashWord(line, breaks);
            var program = word.Before.FindIndex(static one => !one.Contains('='));
            var answer = Candidates(word.Before[(program + 1)..].ToArray(), word.Text, out var isForShell);
            foreach (var candidate in answer)
                if (word.Insert(candidate.Text) is { } text) output.WriteLine(Sign(candidate) + text);
            if (isForShell) output.WriteLine("@files");
        }
        else if (args is [var shell, var typed, ..]
            && int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && args.Length - 2 >= count)
        {
            var word = args.Length - 2 > count ? args[count + 2] : "";
            if (shell != "zsh") word = new BashWord(word, "").Text;
            var answer = Candidates(args.Slice(2, count).ToArray(), word, out var isForShell);
            foreach (var candidate in answer)
                if (shell != "powershell" || candidate.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                    output.WriteLine(Sign(candidate) + Shown(candidate, shell));
            if (isForShell) output.WriteLine("@files");
        }
        else return 1;
        output.Flush();
        return 0;
    }

    static List<Candidate> Candidates(string[] before, string word, out bool isForShell)
    {
        var completer = new Completer(new HomeSource(HomeOf(before)));
        var found = completer.Complete(before, word);
        isForShell = completer.IsForShell;
        // A line is a candidate, and a terminal must not get control characters: a file may have any name.
        found.RemoveAll(static one => ControlText.Escape(one.Text) != one.Text);
        return found;
    }

    /// <returns>Null if the processes are on another machine, or if no home can be found.</returns>
    static TspmHome? HomeOf(string[] before)
    {
        if (HintedCommands.HostOf(before) is not null
            || Environment.GetEnvironmentVariable("TSPM_HOST") is { Length: > 0 }) return null;
        try
        {
            return Argv.IsForSystem(before) ? new TspmHome(TspmHome.SystemPath) : TspmHome.Resolve();
        }
        catch (HomeException)
        {
            return null;
        }
    }

    static string Sign(Candidate candidate) => candidate.GoesOn ? "+" : "=";

    static string Shown(Candidate candidate, string shell)
    {
        var description = ControlText.Escape(candidate.Description);
        if (shell != "zsh") return description.Length == 0 ? candidate.Text : $"{candidate.Text}\t{description}";
        var word = candidate.Text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace(":", "\\:", StringComparison.Ordinal);
        return description.Length == 0 ? word : $"{word}:{description}";
    }
}
