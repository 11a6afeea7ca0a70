import { describe, expect, test } from 'vitest';
import { parseContainerIds } from './survey.ts';

describe('finds the container that the action runs in', () => {
  const ID = '0123456789abcdef'.repeat(4);
  const OTHER = 'fedcba9876543210'.repeat(4);

  test.each([
    ['cgroups v1', `12:pids:/docker/${ID}\n0::/system.slice`],
    ['systemd', `0::/system.slice/docker-${ID}.scope`],
    [
      'cgroups v2, by mounts',
      `700 680 254:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/vda rw`,
    ],
    ['Podman, cgroups v2', `0::/machine.slice/libpod-${ID}.scope/container`],
    ['Podman, cgroups v1', `12:pids:/machine.slice/libpod-${ID}.scope`],
    [
      'Podman, by mounts',
      `700 680 0:24 /containers/storage/overlay-containers/${ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw`,
    ],
  ])('%s', (_, text) => {
    expect(parseContainerIds(text, 'runner')).toEqual([ID]);
  });

  test('by a host name that is the start of a container ID', () => {
    expect(parseContainerIds('', '0123456789ab')).toEqual(['0123456789ab']);
    expect(parseContainerIds('', 'builder')).toEqual([]);
  });

  test("not among the mounts of other containers on the daemon's machine", () => {
    const mounts = `90 25 0:51 / /var/lib/docker/containers/${OTHER}/mounts/shm rw - tmpfs shm rw
91 25 0:52 / /var/lib/docker/overlay2/${OTHER}/merged rw - overlay overlay rw`;
    expect(parseContainerIds(`${mounts}\n0::/user.slice`, 'builder')).toEqual([]);
  });
});
