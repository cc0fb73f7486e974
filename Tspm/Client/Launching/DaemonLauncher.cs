namespace Tspm.Client.Launching;

/// <summary>Brings a daemon to life for a verb that needs one.</summary>
internal interface IDaemonLauncher
{
    /// <summary>Returns when a daemon answers, whether it is ours or another client was first.</summary>
    /// <exception cref="Connection.DaemonException">With the reason, as the daemon gave it.</exception>
    void Start();
}
