using Tspm.Model.Config;

namespace Tspm.Supervision.Hooks;

/// <summary>A hook that is to run.</summary>
/// <param name="Name">See <see cref="HookMark"/>.</param>
/// <param name="Command">What to run.</param>
/// <param name="Timeout">How long it may take.</param>
internal sealed record HookCommand(string Name, string Command, TimeSpan Timeout)
{
    /// <summary>What it reads; null: nothing.</summary>
    public byte[]? Input { get; init; }

    public static HookCommand Of(ProcessConfig config, string name, string command) =>
        new(name, command, (config.Hooks ?? new HookConfig()).Timeout);
}
