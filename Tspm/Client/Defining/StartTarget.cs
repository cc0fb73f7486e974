using Tspm.Client.Grammar;
using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>
/// What the words of <c>start</c> and <c>add</c> mean. The client does not know the processes, so it sends both readings: the words as
/// selectors, and the configs to define when none of them is known.
/// </summary>
internal sealed record StartTarget(IReadOnlyList<string> Selectors, IReadOnlyList<ProcessConfig>? Define, bool HasOverrides)
{
    /// <summary>Of the file that defines them, see <see cref="ProjectFile"/>; null: it is no file.</summary>
    public string? Project { get; init; }

    /// <param name="program">What followed <c>--</c>, null without it.</param>
    /// <param name="pairs">The flags that change a config, see <see cref="ConfigFlags"/>.</param>
    /// <param name="readFile">Reads a config file.</param>
    /// <exception cref="UsageException">A command that cannot be one.</exception>
    public static StartTarget Of(
        IReadOnlyList<string> words, IReadOnlyList<string>? program, IReadOnlyList<string> pairs, Func<string, IReadOnlyList<ProcessConfig>> readFile)
    {
        var hasOverrides = pairs.Count > 0 || (program is not null && words.Count > 0);
        if (words.Count > 1)
        {
            if (program is not null) throw new UsageException("several processes cannot share the arguments behind '--'; start them one by one, or quote the command: \"node server.js\"");
            return new StartTarget(words, null, hasOverrides);
        }
        if (words.Count == 0) return new StartTarget([], [Complete(new ProcessConfig { Command = program![0], Args = [.. program.Skip(1)] }, program, pairs)], hasOverrides);
        var word = words[0];
        if (!IsConfigFile(word) && !ImportFiles.IsPm2File(word)) return new StartTarget(words, [FromCommand(word, program, pairs)], hasOverrides);
        if (!File.Exists(word)) return new StartTarget(words, null, hasOverrides);
        if (hasOverrides) throw new UsageException($"'{word}' is a config file; flags and arguments that change a config belong into the file");
        return new StartTarget(words, readFile(word), false);
    }

    /// <summary>By its ending; no command is likely to end so.</summary>
    public static bool IsConfigFile(string word) =>
        word.EndsWith(".json", StringComparison.Ordinal) || word.EndsWith(".toml", StringComparison.Ordinal);

    static ProcessConfig FromCommand(string command, IReadOnlyList<string>? arguments, IReadOnlyList<string> pairs)
    {
        if (command.AsSpan().Trim().IsEmpty) throw new UsageException("the command is empty; give a program, for example: tspm start \"node server.js\"");
        var split = ShellWords.Analyze(command);
        if (split.Problem is { } problem) throw new UsageException($"{problem}: {Output.ControlText.Escape(command)}");
        var config = new ProcessConfig { Command = command };
        var argv = split.Words;
        if (arguments is not null)
        {
            argv = argv is null ? null : [.. argv, .. arguments];
            config = argv is null
                ? config with { Command = string.Join(' ', [command, .. arguments.Select(ShellWords.Quote)]) }
                : config with { Command = argv[0], Args = [.. argv.Skip(1)] };
        }
        if (argv is not null && Interpreters.ForScript(argv[0], Interpreters.IsOnPath) is { } interpreter) config = config with { Interpreter = interpreter };
        return Complete(config, argv ?? [command.Trim().Split(' ')[0]], pairs);
    }

    /// <summary>Flags win; then the working directory is the shell's, and the name what a person would call it.</summary>
    static ProcessConfig Complete(ProcessConfig config, IReadOnlyList<string> argv, IReadOnlyList<string> pairs)
    {
        config = ConfigFlags.Apply(config, pairs);
        return config with { Name = config.Name ?? DefaultName.For(argv), ProjectDir = config.ProjectDir ?? (CurrentFolder.IsElsewhere ? null : CurrentFolder.Get()) };
    }
}
