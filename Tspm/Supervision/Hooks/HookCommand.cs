using Tspm.Model.Config;

namespace Tspm.Supervision.Hooks;

/// <summary>A hook to be run.</summary>
/// <param name="Name">See <see cref="HookNames"/>.</param>
/// <param name="Command">The command to run.</param>
/// <param name="Timeout">How long it may take.</param>
internal sealed record HookCommand(string Name, string Command, TimeSpan Timeout)
{
    /// <summary>Its standard input; null for none.</summary>
    public byte[]? Input { get; init; }

    public static HookCommand For(ProcessConfig config, string name, string command) =>
        new(name, command, (config.Hooks ?? new HookConfig()).Timeout);
}
