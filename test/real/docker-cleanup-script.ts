/**
 * A hand-written clean-up script, to compare with in tests and benchmarks: it removes all objects
 * with a label, then dangling images and stopped containers.
 */
export const CLEANUP_SCRIPT = `
docker ps -aq --filter label=environment=testing | xargs -r docker rm -f
docker images --filter label=environment=testing -q | xargs -r docker rmi -f
docker network ls --filter label=environment=testing -q | xargs -r docker network rm
docker volume ls --filter label=environment=testing -q | xargs -r docker volume rm
docker image prune -f
docker container prune -f
`;
