package main

import (
	"context"
	"fmt"

	cadvisorinfo "github.com/google/cadvisor/info/v1"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	genericapiserver "k8s.io/apiserver/pkg/server"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/kubelet/cadvisor"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/kubeletconfig/configfiles"
	utilfs "k8s.io/kubernetes/pkg/util/filesystem"
)

// Enough for every test's pods at once: each asks for a whole one.
const cores = 64

// The node says that it has more processors than the machine, so that pods are refused for what a test does and not for
// the size of the machine that it runs on. Each pod's own limit is enforced as ever.
type manyCores struct{ cadvisor.Interface }

func (c manyCores) MachineInfo() (*cadvisorinfo.MachineInfo, error) {
	info, err := c.Interface.MachineInfo()
	if err != nil {
		return nil, err
	}
	enlarged := *info
	enlarged.NumCores = max(cores, info.NumCores)
	return &enlarged, nil
}

// The kubelet as its own command runs it, apart from the processors; that command leaves no room to say another number.
func newKubeletCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "kubelet",
		DisableFlagParsing: true,
		SilenceUsage:       true,
		RunE: func(_ *cobra.Command, args []string) error {
			ctx := genericapiserver.SetupSignalContext()
			server, err := readKubelet(ctx, args)
			if err != nil {
				return err
			}
			gate := utilfeature.DefaultMutableFeatureGate
			if err := gate.SetFromMap(server.FeatureGates); err != nil {
				return err
			}
			logs.InitLogs()
			if err := logsapi.ValidateAndApply(&server.Logging, gate); err != nil {
				return err
			}
			parts, err := kubelet.UnsecuredDependencies(ctx, server, gate)
			if err != nil {
				return err
			}
			found, err := cadvisor.New(
				cadvisor.NewImageFsInfoProvider(server.ContainerRuntimeEndpoint),
				server.RootDirectory,
				[]string{cm.NodeAllocatableRoot(server.CgroupRoot, server.CgroupsPerQOS, server.CgroupDriver)},
				cadvisor.UsingLegacyCadvisorStats(server.ContainerRuntimeEndpoint),
				server.LocalStorageCapacityIsolation,
			)
			if err != nil {
				return err
			}
			parts.CAdvisorInterface = manyCores{found}
			gate.AddMetrics()
			return kubelet.Run(ctx, server, parts, gate)
		},
	}
}

func readKubelet(ctx context.Context, args []string) (*options.KubeletServer, error) {
	flags := options.NewKubeletFlags()
	set := pflag.NewFlagSet("kubelet", pflag.ContinueOnError)
	flags.AddFlags(set)
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	loader, err := configfiles.NewFsLoader(&utilfs.DefaultFs{}, flags.KubeletConfigFile)
	if err != nil {
		return nil, err
	}
	config, err := loader.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flags.KubeletConfigFile, err)
	}
	return &options.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *config}, nil
}
