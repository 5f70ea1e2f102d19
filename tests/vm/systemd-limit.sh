# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# systemd-limit.sh - kist limit where systemd owns the tree; sourced by guest.sh

systemd_owns_the_tree() {
	is systemd "$(cat /proc/1/comm)"
	is 0::/system.slice/vm-command.service "$(cat /proc/self/cgroup)"
}
check "systemd owns the tree" systemd_owns_the_tree
