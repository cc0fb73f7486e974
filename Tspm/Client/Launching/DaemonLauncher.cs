namespace Tspm.Client.Launching;

/// <summary>Starts a daemon for a verb that needs one.</summary>
internal interface IDaemonLauncher
{
    /// <summary>Returns when a daemon answers, whether this client or another one started it.</summary>
    /// <exception cref="Connection.DaemonException">The daemon did not start; the message gives its reason.</exception>
    void Start();
}
