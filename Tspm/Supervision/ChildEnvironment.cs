using System.Globalization;
using Tspm.Config;
using Tspm.Model;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision;

/// <summary>
/// The environment of a child: what the defining client had, without the variables that a service manager or Tspm itself meant for that client, overlaid
/// by <c>envFile</c>, then <c>env</c>, then the marks by which the child's descendants are recognised. Nothing of the daemon's own environment.
/// </summary>
internal static class ChildEnvironment
{
    public const string IdVariable = "TSPM_ID", NameVariable = "TSPM_NAME", InstanceVariable = "TSPM_INSTANCE";

    /// <summary>From the environment of a child back to the one it was built on: without our marks. What the config overlays is laid over again.</summary>
    public static IReadOnlyDictionary<string, string> Kept(IReadOnlyDictionary<string, string> ofChild)
    {
        var kept = new Dictionary<string, string>(ofChild, StringComparer.Ordinal);
        foreach (var mark in new[] { IdVariable, NameVariable, InstanceVariable }) kept.Remove(mark);
        return kept;
    }

    /// <summary>Null when <c>envFile</c> cannot be read; the problem is a sentence then.</summary>
    public static Dictionary<string, string>? Build(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, out string? problem)
    {
        problem = null;
        var result = new Dictionary<string, string>(kept, StringComparer.Ordinal);
        foreach (var name in ServiceManagerVariables.In(result.Keys)) result.Remove(name);
        var config = definition.Config;
        if (config.EnvFile is { } file)
        {
            var read = EnvFile.Read(Path.Combine(config.ProjectDir!, file), result);
            if ((problem = read.Problem) is not null) return null;
            foreach (var (name, value) in read.Values!) result[name] = value;
        }
        foreach (var (name, value) in config.Env ?? new Dictionary<string, string>()) result[name] = value;
        // It marks what may be killed: a process that was defined by a hook is none.
        result.Remove(HookMark.Variable);
        result[IdVariable] = definition.Id.ToString(CultureInfo.InvariantCulture);
        result[NameVariable] = definition.Name;
        result[InstanceVariable] = instance.ToString(CultureInfo.InvariantCulture);
        return result;
    }
}
