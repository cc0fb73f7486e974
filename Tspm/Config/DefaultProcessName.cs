using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>Gives a config that names no process the name a person would give it.</summary>
internal static class DefaultProcessName
{
    /// <summary>The config with a name: its own, or <see cref="DefaultName"/> of its command.</summary>
    public static ProcessConfig Fill(ProcessConfig config) =>
        config.Name is null ? config with { Name = For(config) } : config;

    static string For(ProcessConfig config)
    {
        var command = config.Command ?? "";
        if (config.Args is { } args) return DefaultName.For([command, .. args]);
        if (ShellWords.Split(command) is { } words) return DefaultName.For(words);
        // A matter for the shell: a rough reading is enough for a name. Assignments in front are not the program.
        var rough = command.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return DefaultName.For([.. rough.SkipWhile(word => word.IndexOf('=') > 0)]);
    }
}
