using System.Globalization;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The environment of a child: what the defining client had, without the variables that a service manager or Tspm
/// itself meant for that client, overlaid by <c>envFile</c>, then <c>env</c>, then the marks by which the child's
/// descendants are recognised. Nothing of the daemon's own environment.
/// </summary>
internal static class ChildEnvironment
{
    public const string IdVariable = "TSPM_ID", NameVariable = "TSPM_NAME", InstanceVariable = "TSPM_INSTANCE";

    /// <summary>
    /// From the environment of a child back to the one it was built on: without our marks. What the config overlays is
    /// laid over again.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Kept(IReadOnlyDictionary<string, string> ofChild)
    {
        var kept = new Dictionary<string, string>(ofChild, StringComparer.Ordinal);
        foreach (var mark in new[] { IdVariable, NameVariable, InstanceVariable }) kept.Remove(mark);
        return kept;
    }

    /// <summary>All of it. Null when <c>envFile</c> is of no use; the problem is a sentence then.</summary>
    /// <param name="definition">Of the child.</param>
    /// <param name="instance">Of the child.</param>
    /// <param name="kept">What the definition was made with.</param>
    /// <param name="file">What was read of <c>envFile</c>; null: the config names none.</param>
    /// <param name="problem">Why there is none.</param>
    public static Dictionary<string, string>? Of(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, EnvFileText? file,
        out string? problem)
    {
        var environment = Base(kept);
        var said = file is null ? null : EnvFile.Parse(file, environment);
        problem = said?.Problem;
        if (problem is not null) return null;
        Complete(environment, said?.Values, definition, instance);
        return environment;
    }

    /// <summary>What <c>envFile</c> is laid over, and may refer to.</summary>
    public static Dictionary<string, string> Base(IReadOnlyDictionary<string, string> kept)
    {
        var environment = new Dictionary<string, string>(kept, StringComparer.Ordinal);
        foreach (var name in ServiceManagerVariables.In(environment.Keys)) environment.Remove(name);
        return environment;
    }

    /// <summary>Lays everything else over it.</summary>
    /// <param name="environment">See <see cref="Base"/>; this becomes the child's.</param>
    /// <param name="ofFile">What <c>envFile</c> says; null: there is none.</param>
    /// <param name="definition">Of the child.</param>
    /// <param name="instance">Of the child.</param>
    public static void Complete(
        Dictionary<string, string> environment, IReadOnlyDictionary<string, string>? ofFile,
        ProcessDefinition definition, int instance)
    {
        var none = new Dictionary<string, string>();
        foreach (var (name, value) in ofFile ?? none) environment[name] = value;
        foreach (var (name, value) in definition.Config.Env ?? none) environment[name] = value;
        // It marks what may be killed: a process that was defined by a hook is none.
        environment.Remove(HookMark.Variable);
        environment[IdVariable] = definition.Id.ToString(CultureInfo.InvariantCulture);
        environment[NameVariable] = definition.Name;
        environment[InstanceVariable] = instance.ToString(CultureInfo.InvariantCulture);
    }
}
