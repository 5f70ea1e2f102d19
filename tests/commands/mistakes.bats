# SPDX-License-Identifier: Apache-2.0
# mistakes.bats - what people do wrong, what they are told, and that it helps
#
# The table is mistakes/*.case, read by mistakes.bash. One of its cases alone:
#
#	MISTAKE='no number' bats -f limits tests/commands/mistakes.bats

load mistakes

setup() {
	needs root user
	start_mistakes
}

teardown() { end_mistakes; }

# said SUBJECT - the cases of a file are told what the table says, and leave
# nothing behind
said() {
	run_mistakes "$BATS_TEST_DIRNAME/mistakes/$1.case"
	nothing_left
}

@test "mistakes with containers are explained, and the fix works" { said containers; }

@test "mistakes with namespaces are explained, and the fix works" { said namespaces; }

@test "mistakes with ids are explained, and the fix works" { said ids; }

@test "mistakes with mounts are explained, and the fix works" { said mounts; }

@test "mistakes with networks are explained, and the fix works" { said networks; }

@test "mistakes with limits are explained, and the fix works" { said limits; }

@test "mistakes in config.json are explained, and the fix works" { said oci-config; }

@test "mistakes with the verbs of kist-oci are explained, and the fix works" { said oci; }

@test "mistakes of an ordinary user are explained, and the fix works" { said user; }

@test "mistakes inside a user namespace are explained, and the fix works" { said nested; }

@test "mistakes inside a container are explained, and the fix works" { said inside; }

@test "mistakes in understanding are explained, and the fix works" { said understanding; }

@test "each file of the table is run" {
	local file
	for file in "$BATS_TEST_DIRNAME"/mistakes/*.case; do
		grep -q "said $(basename "$file" .case); }" "$BATS_TEST_FILENAME" || {
			echo "no test runs $file"
			return 1
		}
	done
}
