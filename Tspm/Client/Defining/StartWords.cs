using System.Buffers;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>Words that <c>start</c> cannot run, and the sentences that say what to type instead.</summary>
internal static class StartWords
{
    /// <summary>
    /// Files of a folder that say what runs in it, with the command for each; the first one that is there is named.
    /// </summary>
    static readonly (string File, string Command)[] Entries =
    [
        ("tspm.json", "tspm start {0}"), ("tspm.toml", "tspm start {0}"), ("ecosystem.config.js", "tspm start {0}"),
        ("ecosystem.config.cjs", "tspm start {0}"), ("Procfile", "tspm import procfile {0} --start"),
        ("package.json", "tspm start \"npm start\" --cwd {1}"),
    ];

    /// <summary>With one of these, a word is a command line.</summary>
    static readonly SearchValues<char> ShellSigns = SearchValues.Create(" \t$|&;<>()`\"'");

    public static bool IsScript(string word) =>
        !word.Contains(' ') && Interpreters.ForScript(word, static _ => true) is not null;

    /// <summary>A file of another tool that is imported, not run. Null: it is not one.</summary>
    public static Exception? OtherTool(string word, FileKind kind)
    {
        var (shown, quoted) = (ControlText.Escape(word), ControlText.Escape(ShellWords.Quote(word)));
        return kind switch
        {
            FileKind.Pm2 => Said(
                $"{shown} is a PM2 file; start its apps with: tspm start {quoted}; "
                + $"or make a config file of it with: tspm import pm2 {quoted} -o tspm.json"),
            FileKind.Procfile => Said(
                $"{shown} is a Procfile; start its processes with: tspm import procfile {quoted} --start"),
            FileKind.Supervisord => Said(
                $"{shown} is a supervisord file; start its programs with: tspm import supervisord {quoted} --start"),
            FileKind.Compose => Said(
                $"{shown} is a Docker Compose file, and Tspm runs programs, not images; "
                + "list the commands in a tspm.json (its format: tspm schema)"),
            FileKind.ProcessCompose => Said(
                $"{shown} is a process-compose file, which Tspm cannot read; "
                + "list the commands in a tspm.json (its format: tspm schema)"),
            FileKind.None when Path.GetFileName(word) == "package.json" =>
                Said($"{shown} is npm's; start the package with: tspm start \"npm start\""),
            FileKind.None when Path.GetExtension(word) is ".yml" or ".yaml" =>
                Said($"{shown} has no processes that Tspm knows: in YAML it reads PM2's files (apps: …); "
                    + "its own config files are JSON or TOML"),
            _ => null,
        };
    }

    /// <summary>PM2 reads a file of processes from there.</summary>
    public static Exception StandardInput() => new UsageException(
        "'-' is not read: write what comes on standard input to a file, and type: tspm start FILE.json");

    public static Exception NoFile(string word) =>
        new DaemonException(
            ErrorCode.NoSuchProcess,
            $"there is no process '{ControlText.Escape(word)}', "
            + $"and no file of this name in {ControlText.Escape(CurrentFolder.Get())}");

    public static Exception Folder(string word, StartFiles files)
    {
        var shown = ControlText.Escape(word);
        foreach (var (file, command) in Entries)
        {
            var path = Path.Combine(word is "." ? "" : word, file);
            if (!files.IsFile(path)) continue;
            var typed = command.Replace("{0}", Shown(path), StringComparison.Ordinal)
                .Replace("{1}", Shown(word), StringComparison.Ordinal);
            return new UsageException($"'{shown}' is a folder; to start what {file} in it says: {typed}");
        }
        return new UsageException($"'{shown}' is a folder; name a script, a program or a config file in it");
    }

    /// <summary>A pattern that the shell was not given the chance to expand.</summary>
    public static bool IsUnexpanded(string word) =>
        word.IndexOfAny(['*', '?']) >= 0 && word.AsSpan().IndexOfAny(ShellSigns) < 0;

    public static Exception Unexpanded(string word) => new DaemonException(
        ErrorCode.NoSuchProcess,
        $"no process matches '{ControlText.Escape(word)}'; to start files, let the shell expand the pattern: "
        + $"tspm start {ControlText.Escape(word)}, without quotes");

    /// <summary>Several words of which nobody knows whether they are one command or several processes.</summary>
    public static UsageException Ambiguous(IReadOnlyList<string> words)
    {
        var command = ControlText.Escape(string.Join(' ', words.Select(ShellWords.Quote)));
        var quoted = command.Contains('"') ? ShellWords.Quote(command) : $"\"{command}\"";
        var each = string.Join("; ", words.Select(word => $"tspm start {Shown(word)}"));
        return new UsageException(
            "these words can be one command or several processes; "
            + $"one command: tspm start {quoted}; one by one: {each}");
    }

    /// <summary>As it can be typed.</summary>
    static string Shown(string word) => ControlText.Escape(ShellWords.Quote(word));

    static DaemonException Said(string sentence) => new(ErrorCode.Failed, sentence);
}
