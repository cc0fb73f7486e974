using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output;

/// <summary>
/// The sign and the colour of a state. Each state has its own sign, so that nothing depends on colours. All signs take
/// one cell, in terminals without emoji, too.
/// </summary>
internal static class StateSign
{
    public static string Of(ProcessStatus process) => process.State switch
    {
        ProcessState.Online => "●",
        ProcessState.Starting => "◐",
        ProcessState.Stopping => "◑",
        ProcessState.Waiting => "◌",
        ProcessState.Errored => "✖",
        // It will run again by itself.
        _ => process.NextRunAt is null ? "○" : "◷",
    };

    /// <summary>One of the terminal's sixteen colours, which follow the user's theme.</summary>
    public static Style StyleOf(ProcessState state) => Style.Of(state switch
    {
        ProcessState.Online => Colour.Green,
        ProcessState.Errored => Colour.BrightRed,
        ProcessState.Stopped => Colour.Grey,
        _ => Colour.BrightYellow,
    });
}
