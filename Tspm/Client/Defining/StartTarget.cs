using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Defining;

/// <summary>
/// What the words of <c>start</c> and <c>add</c> mean. The client does not know the processes, so it has both readings:
/// the words as selectors, and what to define when they name no process.
/// </summary>
internal sealed record StartTarget
{
    /// <summary>Tried first; empty: the words cannot name a process.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    /// <summary>To be defined when the selectors name no process; null: nothing.</summary>
    public IReadOnlyList<ProcessConfig>? Define { get; init; }

    /// <summary>Flags or arguments change a config, so a process that is known already cannot be meant.</summary>
    public bool HasOverrides { get; init; }

    /// <summary><see cref="Define"/> is the content of a file, which is applied as a whole.</summary>
    public bool IsFile { get; init; }

    /// <summary>
    /// <see cref="Define"/> is one command made of several words, none of which may name a process. Null: it is not.
    /// </summary>
    public UsageException? Ambiguity { get; init; }

    /// <summary>
    /// What is wrong when the selectors name no process and there is nothing to define; null: just that.
    /// </summary>
    public Exception? Unknown { get; init; }

    /// <summary>Of the file that defines them, see <see cref="ProjectFile"/>; null: it is no file.</summary>
    public string? Project { get; init; }

    /// <param name="words">What was typed.</param>
    /// <param name="program">What followed <c>--</c>, null without it.</param>
    /// <param name="flags">The flags that change a config, see <see cref="ConfigFlags"/>.</param>
    /// <param name="readFile">Reads a config file of this kind.</param>
    /// <param name="files">What is there.</param>
    /// <exception cref="UsageException">A command that cannot be one.</exception>
    public static StartTarget Of(
        IReadOnlyList<string> words, IReadOnlyList<string>? program, IReadOnlyList<GivenFlag> flags,
        Func<string, FileKind, IReadOnlyList<ProcessConfig>> readFile, StartFiles files)
    {
        var commands = new StartedCommands(flags, files);
        if (words.Count == 0)
            return new StartTarget { Define = [commands.OfProgram(program!)], HasOverrides = flags.Count > 0 };
        var target = words.Count == 1
            ? One(words[0], program, flags.Count > 0, readFile, commands, files)
            : Several(words, program, flags, commands, files);
        return target with { Selectors = words, HasOverrides = flags.Count > 0 || program is not null };
    }

    static StartTarget One(
        string word, IReadOnlyList<string>? program, bool hasFlags,
        Func<string, FileKind, IReadOnlyList<ProcessConfig>> readFile,
        StartedCommands commands, StartFiles files)
    {
        if (word == "-") return Refused(StartWords.StandardInput());
        var kind = files.Recognise(word);
        if (kind is FileKind.Tspm or FileKind.Pm2 || (IsConfigFile(word) && File.Exists(word)))
        {
            if (kind == FileKind.None && StartWords.OtherTool(word, kind) is { } other) return Refused(other);
            if (hasFlags || program is not null)
                throw new UsageException(
                    $"'{word}' is a config file, so flags and arguments that change a config belong in the file");
            return new StartTarget { Define = readFile(word, kind), IsFile = true };
        }
        if (kind != FileKind.None) return Refused(StartWords.OtherTool(word, kind)!);
        if (IsConfigFile(word)) return Refused(StartWords.NoFile(word));
        if (files.IsFile(word)) return new StartTarget { Define = [commands.OfFile(word, program)] };
        if (program is null && (files.IsFolder(word) || word is "." or ".."))
            return Refused(StartWords.Folder(word, files));
        if (StartWords.IsUnexpanded(word)) return Refused(StartWords.Unexpanded(word));
        try
        {
            return new StartTarget { Define = [commands.OfLine(word, program)] };
        }
        catch (MissingScriptException missing)
        {
            return Refused(new DaemonException(ErrorCode.Failed, missing.Message));
        }
    }

    static StartTarget Several(
        IReadOnlyList<string> words, IReadOnlyList<string>? program, IReadOnlyList<GivenFlag> flags,
        StartedCommands commands, StartFiles files)
    {
        if (program is not null && words.All(StartWords.IsScript))
        {
            throw new UsageException(
                "several processes cannot share the arguments after '--'; start them one by one, "
                + "or quote the command: \"node server.js\"");
        }
        try
        {
            if (words.All(StartWords.IsScript))
            {
                if (ConfigFlags.ValueOf(flags, "name") is not null) return Refused(OneName);
                return new StartTarget { Define = [.. words.Select(word => commands.OfFile(word, null))] };
            }
            var first = words[0];
            if (first.Contains('/') || files.IsProgram(first))
            {
                string[] command = [.. words, .. program ?? []];
                var config = commands.OfWords(command);
                return new StartTarget { Define = [config], Ambiguity = StartWords.Ambiguous(words) };
            }
        }
        catch (MissingScriptException missing)
        {
            return Refused(new DaemonException(ErrorCode.Failed, missing.Message));
        }
        var hasFile = words.Any(word => StartWords.IsScript(word) || files.IsFile(word));
        return hasFile ? Refused(StartWords.Ambiguous(words)) : new StartTarget();
    }

    /// <summary>The same with some of the file's processes.</summary>
    /// <exception cref="UsageException">It is no file.</exception>
    /// <exception cref="DaemonException">The file has no process of one of these names.</exception>
    public StartTarget Only(IReadOnlyList<string> names)
    {
        if (!IsFile)
            throw Unknown ?? new UsageException("--only chooses processes of a config file; leave it out");
        string[] known = [.. Define!.Select(static config => config.NameOrEmpty)];
        foreach (var name in names)
        {
            if (known.Contains(name)) continue;
            throw new DaemonException(ErrorCode.NoSuchProcess,
                "the file has no process "
                    + $"'{Tspm.Client.Terminal.ControlText.Escape(name)}'{NearestName.Question(name, known)}");
        }
        return this with { Define = [.. Define!.Where(config => names.Contains(config.NameOrEmpty))] };
    }

    static readonly UsageException OneName =
        new("--name is for one process, and several scripts are given; start them one by one");

    static StartTarget Refused(Exception why) => new() { Unknown = why };

    /// <summary>By its ending: no command is likely to end so.</summary>
    public static bool IsConfigFile(string word) =>
        !word.Contains(' ') && Path.GetExtension(word) is ".json" or ".json5" or ".toml" or ".yml" or ".yaml";
}
