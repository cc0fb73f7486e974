using Tspm.Model;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>Which files the output of an instance goes to.</summary>
internal static class LogPaths
{
    public static (string Out, string Err) Of(TspmHome home, ProcessDefinition definition, int instance)
    {
        var config = definition.Config;
        var outFile = Chosen(config, config.OutFile) ?? home.OutLog(definition.Name, instance, definition.Instances);
        if (config.MergeLogs == true) return (outFile, outFile);
        return (outFile, Chosen(config, config.ErrFile) ?? home.ErrLog(definition.Name, instance, definition.Instances));
    }

    static string? Chosen(ProcessConfig config, string? file) => file is null ? null : Path.Combine(config.ProjectDir ?? "/", file);
}
