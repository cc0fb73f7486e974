using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>Names a process whose config has no name, as a person would name it.</summary>
internal static class DefaultProcessName
{
    /// <summary>
    /// Returns the config with its own name or, if it has none, the <see cref="DefaultName"/> of its command.
    /// </summary>
    public static ProcessConfig Fill(ProcessConfig config) =>
        config.Name is null ? config with { Name = For(config) } : config;

    static string For(ProcessConfig config)
    {
        var command = config.Command ?? "";
        if (config.Args is { } args) return DefaultName.For([command, .. args]);
        if (ShellWords.Split(command) is { } words) return DefaultName.For(words);
        // The command needs a shell. A rough reading is good enough for a name; assignments in front are not the
        // program.
        var rough = command.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return DefaultName.For([.. rough.SkipWhile(word => word.IndexOf('=') > 0)]);
    }
}
