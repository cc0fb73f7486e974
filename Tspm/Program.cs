return Tspm.Client.ClientMain.Run(args, new NoLauncher());

sealed class NoLauncher : Tspm.Client.IDaemonLauncher
{
    public void Start() => throw new Tspm.Client.DaemonException(Tspm.Client.LocalError.StartFailed, "cannot start a daemon");
}
