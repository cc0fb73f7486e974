using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>Decides which log files receive the output of an instance.</summary>
internal static class LogPaths
{
    public static (string Out, string Err) For(TspmHome home, ProcessDefinition definition, int instance)
    {
        var config = definition.Config;
        var names = definition.LogsUnder ?? new LogsUnder(definition.Name, definition.Instances);
        var outFile = Chosen(config, config.OutFile) ?? home.OutLog(names.Name, instance, names.Instances);
        if (config.MergeLogs == true) return (outFile, outFile);
        return (outFile, Chosen(config, config.ErrFile) ?? home.ErrLog(names.Name, instance, names.Instances));
    }

    static string? Chosen(ProcessConfig config, string? file) =>
        file is null ? null : Path.Combine(config.ProjectDir ?? "/", file);
}
