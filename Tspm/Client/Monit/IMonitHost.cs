using Tspm.Client.Monit.Model;
using Tspm.Platform;

namespace Tspm.Client.Monit;

/// <summary>What the keys of the screen need from the rest of the program.</summary>
internal interface IMonitHost
{
    /// <summary>The time by the user's clock, in the user's time zone.</summary>
    DateTimeOffset Now { get; }

    TerminalSize Size { get; }

    /// <summary>Ends the screen. Processes keep running.</summary>
    void Leave();

    /// <summary>Runs a tspm command in the background. Its result appears in the model.</summary>
    /// <param name="arguments">The command line after <c>tspm</c>.</param>
    void Run(IReadOnlyList<string> arguments);

    /// <summary>Runs a tspm command on the whole terminal, and waits until the user has seen the result.</summary>
    /// <param name="arguments">The command line after <c>tspm</c>.</param>
    void RunOutside(IReadOnlyList<string> arguments);

    /// <summary>Reads lines that are older than those of a buffer, unless some are being read already.</summary>
    /// <param name="view">Receives the lines.</param>
    /// <param name="subject">The selectors of its processes.</param>
    /// <param name="onRead">What to do when they have come; null for nothing.</param>
    void ReadOlder(LogView view, IReadOnlyList<string> subject, Action? onRead = null);

    /// <summary>Shows a file in the user's pager, on the whole terminal.</summary>
    void Page(string file);

    /// <summary>Puts a text on the user's clipboard.</summary>
    void Copy(string text);

    /// <summary>Whether the screen takes the mouse from the terminal.</summary>
    void UseMouse(bool isOn);
}
