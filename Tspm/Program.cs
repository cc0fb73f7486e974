using Tspm.Platform.Linux;

return args is [ChildSetUp.Word, ..] ? ChildSetUp.Run(args) : 0;
