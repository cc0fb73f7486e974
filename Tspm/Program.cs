using Tspm.Client;
using Tspm.Platform.Linux;

if (args is [ChildSetUp.Word, ..]) return ChildSetUp.Run(args);
return ClientMain.Run(args, new NoLauncher());

sealed class NoLauncher : IDaemonLauncher
{
    public void Start() => throw new DaemonException(LocalError.StartFailed, "cannot start a daemon");
}
